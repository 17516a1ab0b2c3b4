import { describeFaults } from './describe-faults.ts'
import { assistantCloudWire } from './wires.ts'

describeFaults(assistantCloudWire)
