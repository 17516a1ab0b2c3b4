import { createTestDatabase } from '../../../tests/postgres-test-database.ts'
import { describeSearchIndex } from '../../../tests/conformance/describe-search-index.ts'
import { describeThreadStore } from '../../../tests/conformance/describe-thread-store.ts'
import { openPostgresStorage } from './open-postgres-storage.ts'

describeThreadStore('postgres', open)
describeSearchIndex('postgres', open)

async function open() {
  const url = await createTestDatabase()
  return openPostgresStorage({ url, poolSize: 4, statementTimeoutMs: 10_000 })
}
