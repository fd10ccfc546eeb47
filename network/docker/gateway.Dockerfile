# One department's gateway. From the repository's root:
#   docker build -f network/docker/gateway.Dockerfile -t drl-gateway .
FROM node:20-alpine AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund && npx tsc -b

FROM node:20-alpine AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY chaincode/package.json chaincode/
COPY network/package.json network/
COPY gateway/package.json gateway/
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund --workspace gateway

FROM node:20-alpine
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data LEDGER=fabric \
    FABRIC_PROFILE=/network/profile.json FABRIC_TRUST=/network/trust CONSORTIUM=/network/consortium.yaml
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /src/chaincode/package.json chaincode/package.json
COPY --from=build /src/chaincode/dist chaincode/dist
COPY --from=build /src/network/package.json /src/network/consortium.yaml network/
COPY --from=build /src/network/dist network/dist
COPY --from=build /src/gateway gateway
COPY --from=build /src/scripts/demo scripts/demo
RUN mkdir /data /network && chown node:node /data /network
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "-e", "require('./gateway/dist/main.js').main()"]
