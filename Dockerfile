# The dashboard and the API in one container: docker build -t digitlens . && docker run -p 8501:7860 digitlens
FROM python:3.13-slim

# Hugging Face's Spaces run a container as user 1000 and ask it on port 7860.
RUN useradd --create-home --uid 1000 digitlens
WORKDIR /app

COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --requirement requirements.txt --constraint constraints.txt

# rembg's small network, from its own release; a file with another checksum ends the build.
ADD --chmod=644 --checksum=sha256:309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8 \
    https://github.com/danielgatis/rembg/releases/download/v0.0.0/u2netp.onnx /weights/u2netp.onnx

COPY .streamlit .streamlit
COPY models models
COPY streamlit_app streamlit_app

ENV PYTHONDONTWRITEBYTECODE=1 \
    U2NET_HOME=/weights \
    STREAMLIT_SERVER_PORT=7860
USER 1000
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"STREAMLIT_SERVER_PORT\"]}/api/health', timeout=9)"]
CMD ["streamlit", "run", "streamlit_app/server.py"]
