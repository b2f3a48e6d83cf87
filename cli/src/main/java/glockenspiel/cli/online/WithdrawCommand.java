package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.node.v1.NodeStatus;
import glockenspiel.node.v1.WithdrawRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glock withdraw}: has a node withdraw, as after an I/O error. */
@Command(
    name = "withdraw",
    description = {
      "Has a node withdraw, as after an I/O error, and waits until a peer has replayed its"
          + " journal.",
      "The node can be mounted again afterwards."
    },
    mixinStandardHelpOptions = true)
public final class WithdrawCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "NODE",
      description = "The node's name, or HOST:PORT of its node-agent.")
  private String node = "";

  @Option(
      names = "--reason",
      defaultValue = "asked for by an operator",
      description = "For the logs.")
  private String reason = "";

  @Mixin private final Services services = new Services();
  @Mixin private final NodeAddresses addresses = new NodeAddresses();
  @Mixin private Output output = new Output();

  /** What is printed. */
  record Withdrawn(
      String node,
      String state,
      long withdrawMillis,
      long secondaryWithdraws,
      long releasesHeldBack) {}

  @Override
  public Integer call() {
    try (services) {
      NodeStatus status =
          addresses
              .find(services, node)
              .withdraw(WithdrawRequest.newBuilder().setReason(reason).build())
              .getStatus();
      var withdraw = status.getWithdraw();
      Withdrawn answer =
          new Withdrawn(
              status.getNodeName(),
              Names.of(status.getState()),
              withdraw.getMillis(),
              withdraw.getSecondaryWithdraws(),
              withdraw.getReleasesHeldBack());
      output.print(
          answer,
          List.of(
              "%s: %s after %d ms, %d secondary withdraws, %d releases held back"
                  .formatted(
                      answer.node(),
                      answer.state(),
                      answer.withdrawMillis(),
                      answer.secondaryWithdraws(),
                      answer.releasesHeldBack())));
      return answer.state().equals("WITHDRAWN") ? ExitCode.OK : ExitCode.BAD_ANSWER;
    }
  }
}
