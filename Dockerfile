# One image for web, worker, beat and migrations; docker-compose.yml says which command each runs.
FROM python:3.13-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# WeasyPrint draws with Pango; without harfbuzz-subset a badge takes fifteen times as long.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin plenary \
    && install --directory --owner plenary --group plenary /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --requirement requirements.txt
COPY . .

# The static files belong to the image, which is read-only when it runs; what people upload belongs to the volume /data.
ENV STATIC_ROOT=/app/collected-static \
    DATA_DIR=/data \
    XDG_CACHE_HOME=/tmp/cache
RUN DEMO=1 DATA_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q forum speakers agenda registration \
    && rm -rf /tmp/build

USER plenary
VOLUME /data
EXPOSE 8000
ENV GRANIAN_HOST=0.0.0.0 GRANIAN_PORT=8000
CMD ["granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "forum.wsgi:application"]
