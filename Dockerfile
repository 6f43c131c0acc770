FROM node:26-slim
ENV NODE_OPTIONS=--conditions=troupe-src
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts scripts
COPY packages packages
COPY examples examples
RUN npm install --omit=dev --no-audit --no-fund
USER node
ENTRYPOINT ["node", "packages/cli/bin/troupe.js"]
