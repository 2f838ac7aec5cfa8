# One image for every process; the command says which one it is:
#   bot | handoff serve | workers

FROM python:3.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/warmline
COPY requirements.lock .
RUN python -m venv /srv/venv \
    && /srv/venv/bin/python -m pip install --no-deps --require-hashes -r requirements.lock

FROM python:3.13-slim-bookworm
RUN groupadd --system --gid 10001 warmline \
    && useradd --system --uid 10001 --gid warmline --home-dir /srv/warmline --shell /usr/sbin/nologin warmline \
    && install -d -o warmline -g warmline /srv/warmline /srv/data
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/srv/data \
    LOG_FORMAT=json
WORKDIR /srv/warmline
COPY --from=build /srv/venv /srv/venv
COPY . .
# Compiled once here, because the account below may not write beside the code.
RUN python -m compileall -q bot handoff workers
USER 10001
VOLUME /srv/data
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m"]
CMD ["handoff", "--help"]
