# The contracts as a service beside a peer. From the repository's root:
#   docker build -f network/docker/chaincode.Dockerfile -t drl-chaincode .
FROM node:20-alpine AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund && npx tsc -b chaincode

FROM node:20-alpine AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY chaincode/package.json chaincode/
COPY network/package.json network/
COPY gateway/package.json gateway/
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund --workspace chaincode

FROM node:20-alpine
ENV NODE_ENV=production CORE_CHAINCODE_LOGGING_LEVEL=error CORE_CHAINCODE_LOGGING_SHIM=error CORE_CHAINCODE_ADDRESS=0.0.0.0:9999
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /src/chaincode/package.json chaincode/package.json
COPY --from=build /src/chaincode/dist chaincode/dist
USER node
EXPOSE 9999
# CORE_CHAINCODE_ID is the package id that the organisation approved. Certificates are mounted, read-only, and named by
# CORE_CHAINCODE_TLS_CERT_FILE, CORE_CHAINCODE_TLS_KEY_FILE and CORE_CHAINCODE_TLS_CLIENT_CACERT_FILE.
CMD ["node", "node_modules/fabric-shim/cli.js", "server", "--module-path", "/app/chaincode"]
