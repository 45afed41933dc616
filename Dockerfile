# The sidecar. Build: docker build -t fastify-roller .
# It starts with API_KEYS and NANGO_SECRET_KEY (or API_KEYS_FILE and NANGO_SECRET_KEY_FILE); docker/compose.yaml shows it beside an app.

# Pinned by version. Where your registry is at hand, pin the digest too: NODE=24.21.0-trixie-slim@sha256:…
ARG NODE=24.21.0-trixie-slim

FROM node:${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY plugin/package.json plugin/
COPY sandbox/package.json sandbox/
COPY service/package.json service/
RUN npm ci --ignore-scripts --no-update-notifier
COPY scripts scripts
COPY openapi/openapi.json openapi/
COPY plugin plugin
COPY sandbox sandbox
COPY service service
RUN npm run build

FROM node:${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY plugin/package.json plugin/
COPY sandbox/package.json sandbox/
COPY service/package.json service/
# What nothing reads at run time goes: source maps, types, and prose, but no licence.
RUN npm ci --omit=dev --ignore-scripts --no-update-notifier \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -iname '*.md' -o -iname '*.markdown' \) \
    ! -iname '*licen[cs]e*' ! -iname '*notice*' -delete \
  && find node_modules -depth -type d -empty -delete

FROM node:${NODE}
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="fastify-roller" \
  org.opencontainers.image.description="Sidecar that connects venues' ROLLER accounts through Nango and calls the ROLLER API" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.base.name="docker.io/library/node" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/plugin/dist plugin/dist
COPY --from=build /app/sandbox/dist sandbox/dist
COPY --from=build /app/service/dist service/dist
COPY plugin/package.json plugin/
COPY sandbox/package.json sandbox/
COPY service/package.json service/
COPY package.json LICENSE docker/healthcheck.mjs ./
# A number, so that Kubernetes can check runAsNonRoot; not 1000, which is somebody on most hosts.
USER 65532:65532
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --start-interval=1s --retries=3 CMD ["node", "healthcheck.mjs"]
ENTRYPOINT ["node", "service/dist/main.js"]
