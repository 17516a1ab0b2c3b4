import helmet from 'helmet'

/** Helmet's defaults, but for what only a TLS-terminating proxy in front can know. */
export function securityHeaders() {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      directives: {
        // A page may be served over plain http in a local network; images of replies come from anywhere.
        upgradeInsecureRequests: null,
        imgSrc: ["'self'", 'data:', 'blob:', 'https:'],
      },
    },
  })
}
