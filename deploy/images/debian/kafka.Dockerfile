# Stands in for apache/kafka: the broker out of the locked jars, on Debian's Java. Its tools are other jars, and are not here.
FROM filrouge/debian:trixie
RUN mkdir -p /usr/share/man/man1 && apt-get -qq update \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq install openjdk-21-jre-headless > /dev/null \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home appuser \
    && install --directory --owner=appuser --group=appuser /opt/kafka/config /var/lib/kafka/data
COPY *.jar /opt/kafka/libs/
COPY log4j2.properties start.sh /etc/kafka/docker/
USER appuser
EXPOSE 9092
VOLUME ["/var/lib/kafka/data"]
ENTRYPOINT ["bash", "/etc/kafka/docker/start.sh"]
