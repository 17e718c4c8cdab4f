# shellcheck shell=bash
# Sourced by ./dev: the container image. packaging/container/README.md says how it is run.
#
# What the caller's package clients need inside the build comes from the environment, and never gets into a layer:
#   HEIRLOOM_BASE_IMAGE     the base, instead of debian:bookworm-slim
#   HEIRLOOM_BUILD_SECRETS  a folder with what packaging/container/with_settings.sh reads

cmd_image() {
  local tag=${1:-heirloom:dev}
  [[ $# -le 1 && $tag != -* ]] || die "usage: ./dev image [TAG]"
  need_packages image
  logged "image" build_image "$tag" || die "the image could not be built"
  ok "image $tag: $(podman image inspect --format '{{.Size}}' "$tag" | numfmt --to=iec)"
}

# Chroot isolation needs no privileges beyond a plain root's; the host's network is the one that is set up.
build_image() {
  local options=(--isolation chroot --network host --format docker --layers --force-rm --tag "$1"
    --build-arg VERSION="$(sed -n 's/^project(heirloom VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)")
  local path
  if [[ -n ${HEIRLOOM_BASE_IMAGE:-} ]]; then options+=(--build-arg BASE_IMAGE="$HEIRLOOM_BASE_IMAGE"); fi
  if [[ -n ${HEIRLOOM_BUILD_SECRETS:-} ]]; then
    for path in "$HEIRLOOM_BUILD_SECRETS"/*; do options+=(--secret "id=${path##*/},src=$path"); done
  fi
  buildah build "${options[@]}" --file Dockerfile .
}
