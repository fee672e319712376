# One image for the three apps; the command says which. Bun runs the sources as they are, so there is nothing to build.
FROM oven/bun:1.4.4-slim AS install
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
COPY patches patches
COPY apps/web/package.json apps/web/
COPY apps/email_client/package.json apps/email_client/
COPY apps/gateway_mock/package.json apps/gateway_mock/
COPY apps/launcher/package.json apps/launcher/
COPY packages/email_machine/package.json packages/email_machine/
COPY packages/html/package.json packages/html/
COPY packages/platform/package.json packages/platform/
COPY packages/protocol/package.json packages/protocol/
COPY packages/template/package.json packages/template/
COPY packages/testing/package.json packages/testing/
COPY tests/package.json tests/
# Neither the embedded database nor anything for tests is wanted here.
RUN bun install --frozen-lockfile --production --omit=optional \
    --filter ./apps/web --filter ./apps/email_client --filter ./apps/gateway_mock
# What no server reads: two thirds of it. Of lucide only the single icons are read (apps/web/src/public/icons.ts).
RUN cd node_modules/.bun \
    && rm -rf @types+* bun-types@* csstype@* drizzle-kit@* esbuild@* @esbuild* tsx@* typescript@* undici-types@* \
    && find . -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete \
    && find lucide-static@*/node_modules/lucide-static -mindepth 1 -maxdepth 1 \
        ! -name icons ! -name package.json ! -name LICENSE -exec rm -rf {} +

FROM oven/bun:1.4.4-slim
WORKDIR /app
# The heap of each app stays small, and it may make many requests at once: apps/launcher/src/apps.ts says why.
ENV NODE_ENV=production BUN_JSC_forceRAMSize=268435456 BUN_CONFIG_MAX_HTTP_REQUESTS=4096
COPY --from=install /app ./
COPY tsconfig.json ./
COPY drizzle drizzle
COPY docs docs
COPY packages packages
COPY apps apps
USER bun
# Every app answers on PORT; a container that is alive and can reach what it needs is healthy.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=5 \
  CMD ["bun", "-e", "const r = await fetch(`http://127.0.0.1:${process.env.PORT}/readyz`); process.exit(r.ok ? 0 : 1)"]
CMD ["bun", "apps/web/src/main.ts"]
