#!/usr/bin/env bash
# Runs a command against an S3 server that nobody of this project has written: a Ceph RADOS Gateway with one monitor and
# one store in memory, on loopback, that lives only as long as the command. For Debian, with the packages radosgw,
# ceph-mon, ceph-osd and ceph-common.
#
#   test/s3/withCeph.sh npx mocha test/s3/compatible.test.ts
#
# The command finds the server in S3_TEST_ENDPOINT, S3_TEST_KEY and S3_TEST_SECRET.
set -euo pipefail

home=$(mktemp -d)
readonly home
readonly key=CEPHTESTKEY secret=secret-of-a-throw-away-server

stop() {
  local file
  for file in "$home"/pids/*.pid; do
    [[ -e $file ]] && kill -KILL "$(cat "$file")" 2>/dev/null
  done
  rm -rf "$home"
}
trap stop EXIT

# Ports that are free now, as many as asked for.
free_ports() {
  node -e '
    const { createServer } = require("node:net");
    const servers = Array.from({ length: Number(process.argv[1]) }, () => createServer().listen(0, "127.0.0.1"));
    Promise.all(servers.map((server) => new Promise((done) => server.on("listening", done)))).then(() => {
      console.log(servers.map((server) => server.address().port).join(" "));
      for (const server of servers) server.close();
    });' "$1"
}

# Tries a command until it succeeds, for half a minute.
eventually() {
  local try
  for try in $(seq 150); do
    "$@" >"$home/last.log" 2>&1 && return
    sleep 0.2
  done
  echo "never succeeded: $* ($try tries)" >&2
  cat "$home"/*.log >&2
  return 1
}

read -r gateway_port monitor_port <<<"$(free_ports 2)"
readonly endpoint="http://127.0.0.1:$gateway_port"
fsid=$(cat /proc/sys/kernel/random/uuid)
store_id=$(cat /proc/sys/kernel/random/uuid)
mkdir -p "$home"/{monitor,store,gateway,pids}

# One copy of everything is enough, and few placement groups start fast.
cat >"$home/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_host = v2:127.0.0.1:$monitor_port
public_network = 127.0.0.0/8
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
keyring = $home/keyring
run_dir = $home/pids
admin_socket = $home/pids/\$name.asok
pid_file = $home/pids/\$name.pid
log_file = $home/\$name.log
crash_dir = $home
mon_data = $home/monitor
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
paxos_propose_interval = 0.05
osd_data = $home/store
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
rgw_rados_pool_pg_num_min = 4
rgw_data = $home/gateway
rgw_frontends = beast endpoint=127.0.0.1:$gateway_port
CONF
readonly ceph_conf=(--conf "$home/ceph.conf")

# Names the daemon that a new key is for, and what it may do.
add_key() {
  local name=$1
  shift
  ceph-authtool "$home/keyring" --gen-key --name "$name" "$@" >>"$home/setup.log"
}

ceph-authtool "$home/keyring" --create-keyring >"$home/setup.log"
add_key mon. --cap mon 'allow *'
add_key client.admin --cap mon 'allow *' --cap osd 'allow *'
add_key osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
add_key client.gateway --cap mon 'allow rw' --cap osd 'allow rwx'
monmaptool --create --fsid "$fsid" --addv one "[v2:127.0.0.1:$monitor_port]" "$home/monmap" >>"$home/setup.log"
ceph-mon "${ceph_conf[@]}" --mkfs --id one --monmap "$home/monmap" --keyring "$home/keyring" \
  >>"$home/setup.log" 2>&1
ceph-mon "${ceph_conf[@]}" --id one >>"$home/setup.log" 2>&1
eventually ceph "${ceph_conf[@]}" --connect-timeout 5 osd new "$store_id"
ceph-osd "${ceph_conf[@]}" --id 0 --mkfs --osd-uuid "$store_id" >>"$home/setup.log" 2>&1
ceph-osd "${ceph_conf[@]}" --id 0 >>"$home/setup.log" 2>&1
eventually bash -c "ceph --conf '$home/ceph.conf' osd stat | grep -q '1 up'"
radosgw-admin "${ceph_conf[@]}" --name client.gateway user create --uid tests --display-name tests \
  --access-key "$key" --secret-key "$secret" >>"$home/setup.log" 2>&1
timeout 60 radosgw "${ceph_conf[@]}" --name client.gateway >>"$home/setup.log" 2>&1
eventually bash -c "exec 3<>/dev/tcp/127.0.0.1/$gateway_port"

S3_TEST_ENDPOINT=$endpoint S3_TEST_KEY=$key S3_TEST_SECRET=$secret "$@"
