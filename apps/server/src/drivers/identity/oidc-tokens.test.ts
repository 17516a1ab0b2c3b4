import { audience } from 'services'
import { expect, it } from 'vitest'
import { startIssuer } from '../../tests/issuer.ts'
import { OidcTokens } from './oidc-tokens.ts'

it('takes tokens of a key that is new, and no longer those of the one before', async () => {
  const issuer = await startIssuer()
  const tokens = new OidcTokens(optionsOf(issuer.url), { cooldownMs: 0 })
  const old = await issuer.sign('alice')
  const owner = { workspaceId: 'default', userId: 'alice' }
  expect(await tokens.authenticate(old)).toEqual({ owner, isProject: false })
  await issuer.rotate()
  expect(await tokens.authenticate(await issuer.sign('alice'))).toMatchObject({ owner })
  expect(issuer.reads()).toBe(2)
  await expect(tokens.authenticate(old)).rejects.toMatchObject({
    problem: { code: 'token_invalid' },
  })
})

it('goes on with the keys it has while the issuer is away, and asks again once it has none', async () => {
  const issuer = await startIssuer()
  const tokens = new OidcTokens(optionsOf(issuer.url))
  await tokens.authenticate(await issuer.sign('alice'))
  issuer.close()
  expect(await tokens.authenticate(await issuer.sign('bob'))).toMatchObject({
    owner: { userId: 'bob' },
  })
  const late = new OidcTokens(optionsOf(issuer.url))
  for (let tries = 0; tries < 2; tries++)
    await expect(late.authenticate(await issuer.sign('alice'))).rejects.toMatchObject({
      problem: { code: 'issuer_unreachable' },
    })
})

it('takes no keys from a document that names another issuer', async () => {
  const issuer = await startIssuer()
  const tokens = new OidcTokens(optionsOf(`${issuer.url}/`))
  await expect(tokens.authenticate(await issuer.sign('alice'))).rejects.toMatchObject({
    problem: { code: 'issuer_unreachable' },
    cause: { message: expect.stringContaining(`names the issuer ${issuer.url}`) },
  })
})

function optionsOf(issuer: string) {
  return { issuer, audiences: [audience], userClaim: 'sub', workspaceClaim: undefined }
}
