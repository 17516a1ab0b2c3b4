# One image: the server and the page that it serves.
#   docker build -t assistant-ui-proxy . && docker run -p 8000:8000 -v data:/app/data assistant-ui-proxy

FROM node:24-slim AS build
WORKDIR /app
# The packages first: a change of the code does not fetch them again.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/server/package.json apps/server/
COPY apps/web/package.json apps/web/
COPY packages/contract/package.json packages/contract/
# Before it builds, pnpm would install the rest too, which only tests and benchmarks need.
ENV pnpm_config_verify_deps_before_run=false
RUN npx -y pnpm@12.21.0 install --frozen-lockfile --filter web... --filter server... --filter .
COPY . .
RUN npx -y pnpm@12.21.0 build --filter=web --filter=server \
 && npx -y pnpm@12.21.0 --filter server deploy --prod /deployed

FROM node:24-slim
# Everybody is a user of their own; AUTH says otherwise.
ENV NODE_ENV=production ENVIRONMENT=production AUTH=anonymous HOST=0.0.0.0
WORKDIR /app
COPY --from=build /deployed/package.json apps/server/package.json
COPY --from=build /deployed/node_modules apps/server/node_modules
COPY --from=build /deployed/dist apps/server/dist
COPY --from=build /app/apps/web/dist apps/web/dist
RUN mkdir data && chown node:node data
USER node
VOLUME /app/data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "apps/server/dist/main.js"]
