/**
 * Commands that ask running services over gRPC: status, locks, journals, withdraw. The command line
 * calls in; it imports the protos and the gRPC bootstrap, and nothing of the services themselves.
 */
@NullMarked
package glockenspiel.cli.online;

import org.jspecify.annotations.NullMarked;
