import { describeFaults } from './describe-faults.ts'
import { openAiWire } from './wires.ts'

describeFaults(openAiWire)
