import { createTestDatabase } from '../../../tests/postgres-test-database.ts'
import { describeThreadStore } from '../../../tests/conformance/describe-thread-store.ts'
import { createPostgresThreadStore } from './create-postgres-thread-store.ts'

describeThreadStore('postgres', async () =>
  createPostgresThreadStore({
    url: await createTestDatabase(),
    poolSize: 4,
    statementTimeoutMs: 10_000,
  }),
)
