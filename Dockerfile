# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt /
RUN --mount=type=cache,target=/root/.cache/pip pip install --disable-pip-version-check -r /requirements.txt

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 chatcore \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin chatcore \
    && install -d -o chatcore -g chatcore -m 0700 /data
COPY --from=build /opt/venv /opt/venv
COPY manage.py requirements.txt /app/
COPY config /app/config
COPY chatcore /app/chatcore
COPY dialogues /app/dialogues
COPY rooms /app/rooms
COPY analytics /app/analytics
COPY templates /app/templates
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    CHATCORE_DATA_DIR=/data \
    LOG_FORMAT=json
RUN python -m compileall -q /app && python manage.py collectstatic --noinput --verbosity 0
USER chatcore
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=2)"]
# The other processes of a release: `up --only worker`, `up --only beat`, and once, before: `prepare --no-demo`.
CMD ["python", "manage.py", "up", "--only", "web"]
