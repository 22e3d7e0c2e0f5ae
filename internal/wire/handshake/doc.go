// Package handshake holds what a host and a driver's process agree on before the first call: go-plugin's cookie and version, the names
// of the environment variables, the form of the TLS file, and the largest message. Both sides import it; it starts nothing.
//
// A driver in another language needs only this page:
//
//   - OCEANID_PLUGIN holds a fixed word. Without it the program was started by hand.
//   - PLUGIN_UNIX_SOCKET_DIR names a folder that only the host's user may enter. The driver listens on a Unix socket in it.
//   - OCEANID_TLS names a file of three PEM blocks in this order: the driver's certificate, its private key (PKCS #8, P-256), the host's
//     certificate. The driver serves TLS 1.3 with the first two and accepts only a client that shows the third. The host removes the file
//     once the driver has started.
//   - OCEANID_LIFELINE is the number of a file descriptor. Reading from it blocks for as long as the host lives; at its end the driver
//     ends at once, with its children.
//   - OCEANID_LOG is the level at which the driver writes its log to standard error: one JSON object a line with the strings "@level",
//     "@message" and "@timestamp" and any further keys.
//   - When it listens, the driver writes one line to standard output: 1|1|unix|PATH-OF-SOCKET|grpc| and serves, besides the services of
//     proto/oceanid, grpc.health.v1.Health (service "plugin") and go-plugin's plugin.GRPCController, whose Shutdown ends the process.
package handshake
