# The page, without TensorFlow: docs/serving.md says how to run it, and how these steps are tested.
FROM python:3.12-slim

WORKDIR /app
COPY requirements-serve.txt ./
RUN pip install --no-cache-dir -r requirements-serve.txt

COPY streamlit_app.py digit_predictor.py gradcam_visualizer.py digit_recognizer.h5 ./
COPY .streamlit .streamlit
COPY digits digits

# Nobody's number: it owns nothing, writes nothing here and needs no home.
USER 10001:10001
ENV HOME=/tmp PYTHONDONTWRITEBYTECODE=1
EXPOSE 8501
HEALTHCHECK --start-period=20s CMD python -c "import urllib.request; urllib.request.urlopen('http://localhost:8501/_stcore/health', timeout=5)"
CMD ["streamlit", "run", "streamlit_app.py", "--server.headless=true", "--server.address=0.0.0.0", "--server.port=8501"]
