package glockenspiel.cli.output;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options {@code -o} and {@code --json}, and the printing that they choose. A mixin of every
 * command that prints data.
 */
public final class Output {
  /** A variable, and what logback.xml reads. */
  private static final String LOG_LEVEL = "GLOCK_LOG_LEVEL";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "table, json or yaml. Default: ${DEFAULT-VALUE}")
  private OutputFormat format = OutputFormat.TABLE;

  @Option(names = "--json", description = "Short for -o json.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  /** The format that was chosen. */
  public OutputFormat format() {
    return json ? OutputFormat.JSON : format;
  }

  /** Where data goes. */
  public PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** Where everything else goes. */
  public PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** Prints a record in the format chosen; the lines are its table. */
  public void print(Object data, List<String> lines) {
    switch (format()) {
      case TABLE -> lines.forEach(out()::println);
      case JSON -> out().println(write(JSON, data));
      case YAML -> out().print(write(YAML, data));
    }
    out().flush();
  }

  private static String write(ObjectMapper mapper, Object data) {
    try {
      return mapper.writeValueAsString(data);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("cannot print " + data.getClass(), impossible);
    }
  }

  /**
   * For a command that tells a story of its own: the services' lines are not shown beside it,
   * unless GLOCK_LOG_LEVEL says so. Call it before anything has a logger.
   */
  public static void quietLogs() {
    if (System.getenv(LOG_LEVEL) == null && System.getProperty(LOG_LEVEL) == null) {
      System.setProperty(LOG_LEVEL, "OFF");
    }
  }
}
