// What an application does with Entra, done by the public library `openid-client`: it checks every answer as the
// standards want it. The last line says what came of it, as JSON.
import * as openid from 'openid-client'

const [entra, graph, directory, clientId, secret, user] = process.argv.slice(2)
const issuer = new URL(`${entra}/${directory}/v2.0`)
const config = await openid.discovery(issuer, clientId, secret, undefined, { execute: [openid.allowInsecureRequests] })

const application = await openid.clientCredentialsGrant(config, { scope: 'https://graph.microsoft.com/.default' })

const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()]
const page = openid.buildAuthorizationUrl(config, {
  redirect_uri: 'http://localhost:49152/signed-in',
  scope: 'openid profile email offline_access https://graph.microsoft.com/Presence.Read',
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  login_hint: user,
  state,
  nonce,
})
const back = new URL((await fetch(page, { redirect: 'manual' })).headers.get('location'))
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
const signedIn = await openid.authorizationCodeGrant(config, back, checks)
const claims = signedIn.claims()
const refreshed = await openid.refreshTokenGrant(config, signedIn.refresh_token)
const profile = await openid.fetchUserInfo(config, refreshed.access_token, claims.sub)

const read = async (token, path) => {
  const answer = await fetch(graph + path, { headers: { authorization: `Bearer ${token}` } })
  return [answer.status, (await answer.json()).id]
}
const declined = await openid
  .refreshTokenGrant(config, 'a guess')
  .then(() => 'taken', (error) => error.error)

console.log(
  JSON.stringify({
    application: await read(application.access_token, `/users/${claims.oid}/presence`),
    me: await read(refreshed.access_token, '/me/presence'),
    user: claims.preferred_username,
    email: profile.email,
    oid: claims.oid,
    rotated: refreshed.refresh_token !== signedIn.refresh_token,
    declined,
  }),
)
