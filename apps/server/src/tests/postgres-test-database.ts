import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'

/** An empty database of its own. @returns its URL */
export async function createTestDatabase(): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await query('postgres', `create database ${name}`)
  return urlOf(name)
}

/** Breaks every connection to the database, as its restart does. */
export async function breakConnections(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  await query(
    'postgres',
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  )
}

/** Whether the database takes connections; those that there are stay. */
export async function allowConnections(url: string, allowed: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  await query('postgres', `alter database ${name} with allow_connections ${allowed}`)
}

export function inDatabase(url: string, statement: string): Promise<void> {
  return query(new URL(url).pathname.slice(1), statement)
}

function urlOf(name: string): string {
  return `${inject('postgresUrl')}/${name}`
}

async function query(database: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(database) })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
