import { describeSearchIndex } from '../../../tests/conformance/describe-search-index.ts'
import { describeThreadStore } from '../../../tests/conformance/describe-thread-store.ts'
import { openSqliteStorage } from './open-sqlite-storage.ts'

describeThreadStore('sqlite', () => openSqliteStorage(':memory:'))
describeSearchIndex('sqlite', () => openSqliteStorage(':memory:'))
