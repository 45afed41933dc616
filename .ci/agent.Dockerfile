# Drives the built image as an agent does, from a container of its own. The file is bundled by .ci/run.
FROM node:24.21.0-trixie-slim
COPY dist/agent.mjs /agent.mjs
USER 65532:65532
CMD ["sleep", "infinity"]
