import { describeFaults } from './describe-faults.ts'
import { remoteChunkWire } from './wires.ts'

describeFaults(remoteChunkWire)
