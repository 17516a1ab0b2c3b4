import { describeSearchIndex } from '../../../tests/conformance/describe-search-index.ts'
import { describeThreadStore } from '../../../tests/conformance/describe-thread-store.ts'
import { createSqliteThreadStore } from './create-sqlite-thread-store.ts'

describeThreadStore('sqlite', () => createSqliteThreadStore(':memory:'))
describeSearchIndex('sqlite', () => createSqliteThreadStore(':memory:'))
