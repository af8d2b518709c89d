# docker build -t tiercast . && docker run --rm -v "$PWD:/work" tiercast demo
# The versions are those of requirements.lock. Java is for `engine: local-spark` alone: leave it
# out with --build-arg JAVA="".
FROM python:3.11-slim-bookworm

ARG JAVA="openjdk-17-jre-headless"
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libgomp1 ${JAVA} \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/tiercast
COPY requirements.lock ./
RUN pip install --no-cache-dir --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN pip install --no-cache-dir --no-deps .

RUN useradd --create-home tiercast
USER tiercast
# Config, data, runs/ and models/ are the caller's: mount them here.
WORKDIR /work
ENTRYPOINT ["tiercast"]
CMD ["--help"]
