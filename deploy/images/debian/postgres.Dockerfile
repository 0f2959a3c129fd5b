# Stands in for postgres: what Debian has, which is 17 in trixie. The user has the number that it has there.
FROM filrouge/debian:trixie
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql postgres \
    && mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
    && apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install postgresql-17 > /dev/null \
    && rm -rf /var/lib/apt/lists/* /etc/ssl/private/ssl-cert-snakeoil.key \
    && install --directory --owner=postgres --group=postgres /var/lib/postgresql
COPY start.sh /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/var/lib/postgresql/17/docker
USER postgres
STOPSIGNAL SIGINT
EXPOSE 5432
VOLUME ["/var/lib/postgresql"]
ENTRYPOINT ["bash", "/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]
