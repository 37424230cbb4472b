FROM python:3.11-slim

# Nothing is written beside the data, and what is logged is seen at once.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# The dependencies first: they change far less often than the program.
COPY requirements.lock ./
RUN sed '/^# --- test ---$/,$d' requirements.lock > /tmp/wanted \
    && pip install --no-deps -r /tmp/wanted \
    && rm /tmp/wanted \
    && useradd --system --uid 10001 --home-dir /app liao \
    && mkdir data \
    && chown liao data

COPY bot ./bot
COPY handlers ./handlers
COPY domain ./domain
COPY storage ./storage
COPY schedules ./schedules

USER liao
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=8080
EXPOSE 8080
VOLUME /app/data
# SIGTERM reaches Python itself, which stops within ten seconds without losing a frame.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['HTTP_PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
