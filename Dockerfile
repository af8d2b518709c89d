# docker build -t tiercast .
# docker run --rm --user "$(id -u):$(id -g)" --env HOME=/tmp --volume "$PWD:/work" tiercast demo
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
# The package's samples are links to the configs in pipelines/.
COPY pipelines ./pipelines
COPY src ./src
RUN pip install --no-cache-dir --no-deps .

# Config, data, runs/ and models/ are the caller's: mount them at /work.
RUN useradd --create-home tiercast && install --directory --owner tiercast /work
USER tiercast
WORKDIR /work
ENTRYPOINT ["tiercast"]
CMD ["--help"]
