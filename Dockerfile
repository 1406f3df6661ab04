# docs/image.md says how to build this and how to run it.

FROM golang:1.26-bookworm AS build
WORKDIR /src
ARG GOPROXY
# Modules first: a change of the code alone fetches none again.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
# Without a C compiler Go would leave cgo out, and with it the GPU, and say nothing.
RUN CGO_ENABLED=1 make build VERSION="$VERSION"

# The program needs glibc and, for a GPU, the driver, which the NVIDIA Container Toolkit
# puts in when the container starts.
FROM debian:bookworm-slim
ARG VERSION=unknown
LABEL org.opencontainers.image.title="pongpg" \
      org.opencontainers.image.description="Learns Atari Pong from pixels by policy gradients, thousands of games at a time" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="MIT" \
      com.nvidia.volumes.needed="nvidia_driver"
# The home is where the driver keeps what it compiled for the card (~/.nv). 1000 is
# the first user of most machines, so that a folder of theirs can be mounted at /runs.
RUN useradd --uid 1000 --user-group --create-home --shell /usr/sbin/nologin pongpg \
    && install --directory --owner=pongpg --group=pongpg /runs
COPY --from=build /src/LICENSE /usr/share/doc/pongpg/LICENSE
COPY --from=build /src/bin/pongpg /usr/local/bin/pongpg
# Where the driver is put by what is not the toolkit, and no entry of ld.so.cache says so.
ENV LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 1000:1000
WORKDIR /runs
VOLUME /runs
# SIGTERM to process 1, which must be pongpg and no shell, saves the run.
STOPSIGNAL SIGTERM
ENTRYPOINT ["pongpg"]
CMD ["help"]
