# Stands in for prom/prometheus: what Debian has, which is 2.53 in trixie.
FROM filrouge/debian:trixie
RUN apt-get -qq update && cd /tmp && apt-get -qq download prometheus promtool \
    && dpkg-deb --extract prometheus_*.deb /unpacked && dpkg-deb --extract promtool_*.deb /unpacked \
    && mv /unpacked/usr/bin/prometheus /unpacked/usr/bin/promtool /bin/ \
    && rm -rf /unpacked /tmp/*.deb /var/lib/apt/lists/* \
    && install --directory --owner=65534 --group=65534 /prometheus /etc/prometheus
USER 65534:65534
EXPOSE 9090
VOLUME ["/prometheus"]
WORKDIR /prometheus
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
