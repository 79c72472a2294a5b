#!/usr/bin/env bash
# Makes the folder "fixture", a repository with a leaked key or without one. The key is made here, at random, so that
# this repository holds none. In: "leaky" or "clean". Out: a folder.
set -euo pipefail

letters() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c "$1" || true; }

git init --quiet --initial-branch=main fixture
cd fixture
git config user.name fixture
git config user.email fixture@example.org
echo 'print("hello")' >app.py
git add app.py
git commit --quiet -m 'Say hello'
if [ "$1" = leaky ]; then
  printf 'OPENAI_API_KEY = "sk-proj-%sT3BlbkFJ%s"\n' "$(letters 74)" "$(letters 74)" >>app.py
  git commit --quiet --all -m 'Ask a model'
fi
