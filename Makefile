# The front door: every target needs only make, git and Python 3.10 to 3.13, and installs the rest into .venv on first use.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
RUN    := $(BIN)/python -m
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help site test serve check lint test-site test-colab run edit execute pages full-runs tensorboard-pictures lock fork clean

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

site: $(READY)  ## build the site from the stored outputs into _build/html
	@$(RUN) tools.build_site

test: $(READY)  ## run every notebook again and compare its outputs, then the tests; one chapter with CH=03
	@$(RUN) tools.test $(CH)

serve: site  ## build the site and serve it on this machine, PORT=8000
	@$(RUN) http.server --bind 127.0.0.1 --directory _build/html $(or $(PORT),8000) || \
	  { echo "If the port is in use, choose another: make serve PORT=8001" >&2; exit 1; }

check: lint test site test-site test-colab  ## everything that the continuous integration runs

lint: $(READY)  ## style, spelling, file sizes and the laws of a notebook
	@git ls-files --others --exclude-standard | sed 's/^/not checked until you git add it: /'
	@$(BIN)/pre-commit run --all-files

test-site: site  ## look at every page of the site in a real browser
	@$(RUN) pytest -n 2 tests/site

test-colab: $(READY)  ## run a chapter as Colab does, in a fresh environment outside the clone
	@$(RUN) pytest tests/colab

run: $(READY)  ## open a chapter in JupyterLab, CH=03
	@$(RUN) tools.run $(CH)

edit: $(READY)  ## open a chapter in $EDITOR as a Python file and write it back, CH=03
	@$(RUN) tools.edit $(CH)

execute: $(READY)  ## run chapters and store their outputs, all or CH=03
	@$(RUN) tools.execute $(CH)

pages: $(READY)  ## write the cards, the schedule, the prerequisite graph and the error index
	@$(RUN) tools.pages

full-runs: $(READY)  ## train on the whole data sets and store the results that chapters plot, all or RESULT=text
	@$(RUN) tools.full_runs $(RESULT)

tensorboard-pictures: $(READY)  ## take the pictures of TensorBoard that chapter 12 shows
	@$(RUN) tools.tensorboard_pictures

lock: $(READY)  ## pin the newest versions that pyproject.toml allows in requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes --no-emit-index-url \
	  --group chapters --group book pyproject.toml --output-file requirements.txt

fork: $(READY)  ## move every badge and install line to your copy, REPO=owner/name
	@$(RUN) tools.address $(REPO)

clean:  ## remove what was built; the environment goes with rm -rf .venv
	@rm -rf _build book/status.md

$(READY): requirements.txt pyproject.toml tools/install.sh
	@PYTHON="$(PYTHON)" bash tools/install.sh $(VENV)
