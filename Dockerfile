# The image of every process of docker-compose.yml.
# Reviewed and reference-tested, NOT built: no container engine runs where this was written.

FROM python:3.13-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /birge
RUN pip install --no-cache-dir 'uv>=0.13,<0.14'
# Layers that change seldom first: the locks, then the source.
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-default-groups --group node
COPY package.json package-lock.json .npmrc ./
COPY tools tools
RUN .venv/bin/python -m tools.node npm ci --ignore-scripts --omit=dev
COPY . .
# No secret is baked in: these values exist for this one line, and nothing is connected to.
RUN .venv/bin/python tools/build_assets.py \
 && .venv/bin/python tools/compile_messages.py \
 && SECRET_KEY=build FIELD_KEYS=1:YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnU= \
    DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost/0 \
    DJANGO_SETTINGS_MODULE=exchange.settings.dev .venv/bin/python manage.py collectstatic --noinput -v0 \
 && uv sync --frozen --no-default-groups \
 && rm -rf node_modules tests static/build

FROM python:3.13-slim-bookworm
ENV PATH=/birge/.venv/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /birge birge && install -d -o birge /data
COPY --from=build /birge /birge
WORKDIR /birge
USER birge
VOLUME /data
EXPOSE 8000 8001
CMD ["python", "-m", "granian", "--host", "0.0.0.0", "--port", "8000", "--interface", "wsgi", "exchange.wsgi:application"]
