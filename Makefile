# Two commands set everything up on a fresh Debian or Ubuntu machine with Python, make and git:
#   make demo    label everything in samples/, verify it, print a table
#   make test    every check that CI runs
# `make help` lists the rest.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
ORACLES := exiftool ffmpeg ffprobe flac qpdf pngcheck exiv2 webpmux djpeg jpegtran pdftotext pdftoppm unzip \
  tiffcp gifsicle xmllint cjxl djxl ogginfo opusinfo mkvmerge chromium-headless-shell openssl softhsm2-util pkcs11-tool
PACKAGES := libimage-exiftool-perl ffmpeg flac qpdf pngcheck exiv2 webp libjpeg-turbo-progs poppler-utils unzip \
  libtiff-tools gifsicle libxml2-utils libjxl-tools vorbis-tools opus-tools mkvtoolnix chromium-headless-shell fonts-noto-cjk openssl softhsm2 opensc
FONT := /usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: gallery help demo gate-demo test quick lint types layers tests oracles samples catalogues bench bench-all evaluate peers fuzz sanitize nightly office kill ledger-proof ledger-pictures mutate seal-proof lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements.lock pyproject.toml hatch_build.py $(wildcard native/*)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ailabel needs Python 3.11 or later"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "installing python3-venv"; $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q python3-venv && $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

demo: $(STAMP) ## label everything in samples/ into demo-out/ and verify it
	@$(BIN)/python scripts/demo.py

test: lint types layers tests ## every check that CI runs

quick: $(STAMP) ## the tests that failed last, then the rest, without the oracles
	$(BIN)/python -m pytest -x --ff -m "not oracle" -n 2

lint: $(STAMP) ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy

layers: $(STAMP) ## which way imports point
	$(BIN)/lint-imports

tests: $(STAMP) oracles ## pytest
	$(BIN)/python -m pytest -n 2 --dist worksteal

oracles: ## the independent tools that read our output, from Debian's packages
	@missing=""; for tool in $(ORACLES); do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	test -e $(FONT) || missing="$$missing fonts-noto-cjk"; \
	if [ -n "$$missing" ]; then echo "installing the tools:$$missing"; \
	  $(SUDO) apt-get update -q && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -q --no-install-recommends $(PACKAGES); fi

gate-demo: $(STAMP) ## make a repository of 500 files, half of them wrong, and check it
	@rm -rf demo-repository demo-repository.json
	@cd scripts && ../$(BIN)/python -m make_repository ../demo-repository
	@cd demo-repository && { ../$(BIN)/ailabel check --format concise --report html=../demo-repository.html; test $$? = 1; }

samples: $(STAMP) ## make samples/ anew
	cd scripts && ../$(BIN)/python -m make_samples

gallery: $(STAMP) oracles ## draw a labelled example of each medium into samples/gallery/
	$(BIN)/python scripts/make_gallery.py

catalogues: $(STAMP) ## gather the sentences and compile the translations
	$(BIN)/python scripts/make_catalogues.py

bench: $(STAMP) oracles peers ## measure against other tools, side by side; some minutes
	$(BIN)/python -m benchmarks

bench-all: $(STAMP) oracles peers ## the same, and files of 200 MB and trees of 50,000 files
	$(BIN)/python -m benchmarks --all

peers: $(STAMP) # other tools to measure against; whichever cannot be had is left out of the tables
	@$(BIN)/python -m pip install --quiet --group bench || echo "measuring without pyexiv2 and libexempi"
	@ldconfig -p | grep -q libexempi || $(SUDO) apt-get install -y -q --no-install-recommends libexempi8 \
	  || echo "measuring without libexempi"

fuzz: $(STAMP) ## a minute of coverage-guided fuzzing over every carrier and grammar; FUZZ="1200 png" for more
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-fuzz.lock || { \
	  echo "atheris has no package for this Python or machine, so nothing was fuzzed"; exit 1; }
	cd scripts && ../$(BIN)/python -m fuzz $(FUZZ)

sanitize: $(STAMP) ## the C code over damaged pictures, under the sanitizers of the compiler
	$(BIN)/python scripts/sanitize_run.py

nightly: $(STAMP) oracles office ## label the files of other projects' test suites, and what LibreOffice and epubcheck say
	cd scripts && ../$(BIN)/python -m nightly $(PACKAGE)
	$(BIN)/python scripts/office_run.py

office: # what judges documents and books, from Debian's packages; it brings Java
	@{ command -v soffice && test -e /usr/share/java/epubcheck.jar; } >/dev/null || { $(SUDO) apt-get update -q && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -q --no-install-recommends \
	  libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui epubcheck; }

evaluate: $(STAMP) oracles ## what the verifier sees and hears, on content of known truth (an hour)
	cd scripts && ../$(BIN)/python -m evaluate

ledger-proof: $(STAMP) ## 500 kill -9 of a ledger's writer, 16 processes under stepped clocks, a million rows
	$(BIN)/python scripts/ledger_proof.py

ledger-pictures: $(STAMP) ## how far unrelated pictures, and copies of one, are from each other by their hashes
	$(BIN)/python scripts/ledger_pictures.py

kill: $(STAMP) ## 300 kill -9 at random moments of labelling in place, one large file and many small
	$(BIN)/python scripts/kill_run.py

seal-proof: $(STAMP) oracles ## forge seals a million times, and edit metadata that must not break them
	$(BIN)/python scripts/seal_proof.py

mutate: $(STAMP) ## 1,000 damaged files of each format
	$(BIN)/python scripts/mutate_run.py

lock: $(STAMP) ## resolve the dependencies anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --all-extras --group dev \
	  --no-emit-index-url --no-header --python-version 3.11 -o requirements.lock
	$(BIN)/uv pip compile -q --group fuzz --universal --generate-hashes \
	  --no-emit-index-url --no-header --python-version 3.11 -o requirements-fuzz.lock

clean: ## take away what was made
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis
