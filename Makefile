# Every target makes the environment it needs. PYTHON=... chooses the interpreter, PORT=... the dashboard's port.
PORT ?= 8501
BIN := .venv/bin
# The first interpreter that is new enough; pyenv's shims answer for versions that are not there, so each is tried.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)

.PHONY: help app test test-browser test-ray screenshots look train evaluate verdicts scenes segments finder ablation \
	benchmark throughput stress documents audit constraints lint clean

help:
	@echo "make app          the dashboard and the API on http://localhost:$(PORT)"
	@echo "make test         the tests that need no browser"
	@echo "make test-browser the tests in Chromium (CHROMIUM=... names another one)"
	@echo "make test-ray     the command on Ray: a cluster of two machines, one of which ends half-way"
	@echo "make screenshots  every page, each language, desktop and phone, light and dark, into screenshots/"
	@echo "make look         count, average and show MNIST's images, into models/"
	@echo "make train        train the network (resumes); NETWORK=... chooses which"
	@echo "make evaluate     re-make every figure of models/ from the committed networks (MNIST_C_NPZ: with MNIST-C)"
	@echo "make verdicts     fit what tells a digit from other things, and measure it (needs Debian's fonts); PHOTOS=FOLDER"
	@echo "make scenes       accuracy on synthetic photos, by condition; DIGITS=test: the report, into models/"
	@echo "make segments     fit what tells one whole digit from a part of one, from two and from print (needs Debian's fonts)"
	@echo "make finder       fit the ink finder's certainty and the quality score on synthetic photos"
	@echo "make ablation     what each of the eleven steps is worth; PHOTOS=... adds a folder with a manifest"
	@echo "make benchmark    measure speed and memory beside the reference's way"
	@echo "make throughput   the command on thousands of files, beside a plain loop and the reference's way"
	@echo "make stress       put the server under load and bad input; PARTS=load, memory or bad_input alone, OPTIONS=... to try"
	@echo "make documents    re-make PREPROCESSING.md, the results in README.md and the model card"
	@echo "make audit        known weaknesses of the packages (pip-audit), and their licences into LICENSES.md"
	@echo "make constraints  pin again what requirements.txt brings with it, into constraints.txt"
	@echo "make lint         ruff"
	@echo "make clean        remove the environment and what the tools left"

app: .venv/.app
	$(BIN)/streamlit run streamlit_app/server.py --server.port $(PORT)

# A file's tests share what they make, so they stay together; four at most, for each holds TensorFlow.
test: .venv/.train
	$(BIN)/python -m pytest -m "not browser and not ray" --numprocesses auto --maxprocesses 4 --dist loadfile

test-browser: .venv/.train
	$(BIN)/python -m pytest -m browser

test-ray: .venv/.ray
	RAY_worker_niceness=0 $(BIN)/python -m pytest -m ray

screenshots: .venv/.train
	$(BIN)/python -m tests.browser.screenshots $(OPTIONS)

look: .venv/.train
	$(BIN)/python -m training.look

NETWORK ?= mnist_cnn
train: .venv/.train
	$(BIN)/python -m training.train $(NETWORK)

evaluate: .venv/.train
	$(BIN)/python -m training.evaluate
	$(BIN)/python -m training.documents

verdicts: .venv/.train
	$(BIN)/python -m training.verdicts $(if $(PHOTOS),--photos $(PHOTOS))
	$(BIN)/python -m training.documents

DIGITS ?= validation
scenes: .venv/.train
	$(BIN)/python -m training.scene_benchmark --digits $(DIGITS)

segments: .venv/.train
	$(BIN)/python -m training.segments

finder: .venv/.train
	$(BIN)/python -m training.finder

ablation: .venv/.train
	$(BIN)/python -m training.ablation $(if $(PHOTOS),--photos $(PHOTOS))

benchmark: .venv/.train
	$(BIN)/python -m training.benchmark

throughput: .venv/.train
	$(BIN)/python -m training.throughput

OPTIONS ?=
stress: .venv/.train
	$(BIN)/python -m training.stress $(or $(OPTIONS),$(PARTS) --json models/stress.json)

documents: .venv/.train
	$(BIN)/python -m training.documents

# The packages are looked at where nothing but requirements.txt is installed.
AUDITED := build/audit
audit: $(AUDITED)/.made
	cp docs/licences.md LICENSES.md
	$(AUDITED)/tools/bin/pip-licenses --python $(AUDITED)/packages/bin/python --from mixed --with-urls \
		--format markdown --ignore-packages pip >> LICENSES.md
	$(AUDITED)/tools/bin/pip-audit --strict --path $$(echo $(AUDITED)/packages/lib/python3*/site-packages)

# Without the constraints of today, so that newer versions may come in.
constraints: .venv/.python
	rm -rf build/newest
	$(BIN)/python -m venv build/newest
	build/newest/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	echo "# What requirements.txt brings and all that this brings with it: made by make constraints." > constraints.txt
	build/newest/bin/pip freeze --disable-pip-version-check >> constraints.txt

lint: .venv/.train
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build *.egg-info

.venv/.python:
	@test -n "$(PYTHON)" || { echo "DigitLens needs Python 3.11, 3.12 or 3.13: install one, or name it: make PYTHON=/path/to/python"; exit 1; }
	@echo "Making the environment for Python in .venv ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.app: .venv/.python requirements.txt constraints.txt pyproject.toml
	@echo "Installing DigitLens and its packages into .venv: a minute or two, once ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/.train: .venv/.app requirements-train.txt
	@echo "Installing what training and the tests need as well: TensorFlow is large, a few minutes, once ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-train.txt
	@touch $@

.venv/.ray: .venv/.train
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[ray]'
	touch $@

$(AUDITED)/.made: .venv/.python requirements.txt constraints.txt
	rm -rf $(AUDITED)
	$(BIN)/python -m venv $(AUDITED)/packages
	$(AUDITED)/packages/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--requirement requirements.txt
	$(BIN)/python -m venv $(AUDITED)/tools
	$(AUDITED)/tools/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1 pip-licenses==5.5.5
	touch $@
