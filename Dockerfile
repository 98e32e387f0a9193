# Sightline in a container; docs/deployment.md says what to mount. Nothing in it needs BuildKit.
#   docker build -t sightline .
#   docker run -p 127.0.0.1:8501:8501 -v sightline-data:/data -v "$PWD/product:/product:ro" \
#     -v "$PWD/secrets.toml:/app/.streamlit/secrets.toml:ro" sightline

FROM python:3.12-slim AS build
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.lock .
# What the lock has for tests alone is taken out again: it is a fifth of the image
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock \
    && pip uninstall --yes hypothesis mypy oidc-provider-mock playwright pytest pytest-xdist ruff scipy-stubs statprocon

FROM python:3.12-slim
RUN useradd --uid 1000 --create-home sightline && install -d -o sightline -g sightline /data /app/.sightline
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 SIGHTLINE_PRODUCT=/product/product.toml SIGHTLINE_DATA=/data
WORKDIR /app
COPY app.py product.toml ./
COPY .streamlit/config.toml .streamlit/
COPY queries queries
COPY components components
COPY pages pages
USER sightline
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
# The app reads the warehouse while the first visitor waits, where there is no snapshot yet; a scheduled job may be first
CMD ["python", "-m", "components.serve", "--port", "8501", "--address", "0.0.0.0"]
