# Heirloom in one container: compiled from source in the first stage; the second has only what runs.
# packaging/container/README.md says how it is built and run.
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /src
# What changes seldom comes first, so that its layer can be used again.
COPY dev ./
COPY packaging/dev packaging/dev
COPY packaging/container packaging/container
RUN --mount=type=secret,id=environment --mount=type=secret,id=ca --mount=type=secret,id=apt \
    packaging/container/with_settings.sh ./dev packages build
COPY . .
# What the compiler made last time helps the next build, and never gets into an image; only /image is
# taken from this stage, and what is left behind would be two gigabytes more to write.
RUN --mount=type=secret,id=environment --mount=type=secret,id=ca --mount=type=secret,id=apt \
    --mount=type=secret,id=pip --mount=type=secret,id=npm --mount=type=cache,target=/var/cache/ccache \
    CCACHE_DIR=/var/cache/ccache packaging/container/with_settings.sh ./dev build release \
 && install -D --strip build/release/bin/heirloom /image/usr/bin/heirloom \
 && mkdir /image/usr/share \
 && cp -R build/release/share/heirloom /image/usr/share/heirloom \
 && install -D --mode=644 --target-directory=/image/usr/share/doc/heirloom LICENSE NOTICE \
 && rm -rf build webui/node_modules ~/.cache ~/.npm

FROM ${BASE_IMAGE}
ARG VERSION=unversioned
LABEL org.opencontainers.image.title="Heirloom" \
      org.opencontainers.image.description="Preserves the stories of families and communities" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
RUN --mount=type=bind,source=packaging,target=/packaging \
    --mount=type=secret,id=environment --mount=type=secret,id=ca --mount=type=secret,id=apt \
    /packaging/container/with_settings.sh /packaging/container/install_runtime.sh
COPY --from=build /image/ /
# A number, so that an orchestrator can see that it is not root's.
USER 10001:10001
VOLUME /data
# Beyond the container it serves only behind proxies that are named: HEIRLOOM_HTTP_TRUSTED_PROXIES.
ENV HEIRLOOM_DATA_DIR=/data \
    HEIRLOOM_HTTP_LISTEN=0.0.0.0:8080 \
    HEIRLOOM_LOG_FORMAT=json \
    LC_ALL=C.UTF-8
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["heirloom", "health"]
ENTRYPOINT ["heirloom"]
CMD ["serve"]
