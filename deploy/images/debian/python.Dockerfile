# Stands in for python:3.13-slim.
FROM filrouge/debian:trixie
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install python3 python3-venv tzdata > /dev/null \
    && rm -rf /var/lib/apt/lists/*
CMD ["python3"]
