import { describeFaults } from './describe-faults.ts'
import { remoteTextWire } from './wires.ts'

describeFaults(remoteTextWire)
