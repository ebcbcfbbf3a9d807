#!/bin/bash
# Two hosts in network namespaces, joined by a link of a given speed and latency; runs a command as two ranks (or more)
# of Open MPI on them. Needs root, iproute2 and Open MPI; a latency also needs Python and /dev/net/tun.
#
#   two-hosts.sh [--rate 1gbit] [--delay-ms 0.5] [--mtu 1500] [--ranks-per-host 1] [--cores 0,1] -- COMMAND [WORDS...]
#
# --rate: of each direction, by tc's token bucket (tbf). Default: unlimited.
# --delay-ms: of each direction, by a relay between two tap devices (the kernel here may lack netem). Default: a veth
#   pair, whose latency is some 20 microseconds. The relay takes a share of a core while packets flow; give it --mtu
#   9000 or more for over 1 Gbit/s.
# --cores: the core of the ranks of the first and of the second host.
# MPIRUN names another mpirun of Open MPI. MPIRUN_WORDS adds words for it.
set -eu
rate= delay= mtu=1500 per=1 cores=0,1
while [ "${1:-}" != -- ]; do
  case "${1:-}" in
    --rate) rate=$2 ;; --delay-ms) delay=$2 ;; --mtu) mtu=$2 ;; --ranks-per-host) per=$2 ;; --cores) cores=$2 ;;
    *) sed -n '2,14s/^# \?//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
shift
id=$$
a=hrm-a-$id b=hrm-b-$id net=10.77.$((id / 250 % 250)) 
address_a=$net.1 address_b=$net.2
scratch=$(mktemp -d)
relay=
finish() {
  [ -z "$relay" ] || kill "$relay" 2>/dev/null || true
  ip netns del "$a" 2>/dev/null || true
  ip netns del "$b" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
ip netns add "$a"
ip netns add "$b"
if [ -n "$delay" ]; then
  cat >"$scratch/relay.py" <<'PY'
import collections, fcntl, os, select, struct, sys, time
delay, names = float(sys.argv[1]) / 1000, sys.argv[2:4]
taps = []
for name in names:
    tap = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    # TUNSETIFF with IFF_TAP | IFF_NO_PI
    fcntl.ioctl(tap, 0x400454CA, struct.pack('16sH22x', name.encode(), 0x0002 | 0x1000))
    taps.append(tap)
print('ready', flush=True)
queues = [collections.deque(), collections.deque()]  # Frames to the other tap, with the time when they are due.
while True:
    now = time.monotonic()
    for queue, to in zip(queues, reversed(taps)):
        while queue and queue[0][0] <= now:
            try:
                os.write(to, queue.popleft()[1])
            except OSError:
                pass  # The interface is down, or its queue is full: a lost packet.
    due = min((queue[0][0] for queue in queues if queue), default=now + 1)
    for tap in select.select(taps, [], [], max(0, due - time.monotonic()))[0]:
        queue = queues[taps.index(tap)]
        for _ in range(64):
            try:
                queue.append((time.monotonic() + delay, os.read(tap, 70000)))
            except BlockingIOError:
                break
PY
  python3 "$scratch/relay.py" "$delay" "ta$id" "tb$id" >"$scratch/relay.out" & relay=$!
  until grep -q ready "$scratch/relay.out"; do kill -0 $relay; sleep 0.05; done
else
  ip link add "ta$id" type veth peer name "tb$id"
fi
for side in a b; do
  host=hrm-$side-$id device=t$side$id
  address=address_$side
  ip link set "$device" netns "$host"
  ip netns exec "$host" ip link set lo up
  ip netns exec "$host" ip address add "${!address}/24" dev "$device"
  ip netns exec "$host" ip link set "$device" mtu "$mtu" up
  # The bucket must hold the largest packet that TCP hands down, 64 KiB.
  [ -z "$rate" ] || ip netns exec "$host" tc qdisc add dev "$device" root tbf rate "$rate" burst 256kb latency 100ms
done
# mpirun starts its daemon on the second host by this, as it otherwise does by ssh: AGENT HOST COMMAND...
cat >"$scratch/agent" <<SH
#!/bin/bash
shift
exec ip netns exec $b unshare --uts sh -c 'hostname host-b; exec taskset -c ${cores#*,} sh -c "\$*"' sh "\$@"
SH
chmod +x "$scratch/agent"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ip netns exec "$a" unshare --uts sh -c 'hostname host-a; exec "$@"' sh taskset -c "${cores%,*}" \
  "${MPIRUN:-mpirun}" -np $((2 * per)) --host "$address_a:$per,$address_b:$per" --map-by node --bind-to none \
  --mca plm_rsh_agent "$scratch/agent" --mca btl tcp,self --mca pml ob1 \
  --mca btl_tcp_if_include "$net.0/24" --mca oob_tcp_if_include "$net.0/24" ${MPIRUN_WORDS:-} "$@"
