/** Which addresses of the internet a server may be made to call: none that leads back into its own network. Pure. */
import { BlockList, isIP } from "node:net";

const INSIDE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  INSIDE.addSubnet(net, bits, "ipv4");

/** Of IPv6 only global unicast, without those prefixes that carry an IPv4 address or go through a tunnel. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet("2000::", 3, "ipv6");
const TUNNELS = new BlockList();
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
] as const)
  TUNNELS.addSubnet(net, bits, "ipv6");

/** Whether an address (as the resolver or a URL gives it, without brackets) is a public one. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !INSIDE.check(address, "ipv4");
    case 6:
      return GLOBAL.check(address, "ipv6") && !TUNNELS.check(address, "ipv6");
    default:
      return false;
  }
}
