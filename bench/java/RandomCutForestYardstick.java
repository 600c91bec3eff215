// The random cut forest of the published library with the sizes of the SQL function: a score for every point, then the point is added.
import com.amazon.randomcutforest.RandomCutForest;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

public final class RandomCutForestYardstick {
  private static String member(String line, String name) {
    int start = line.indexOf("\"" + name + "\":");
    if (start < 0) throw new IllegalArgumentException(name + " is missing");
    start += name.length() + 3;
    int end = start;
    while (line.charAt(end) != ',' && line.charAt(end) != '}') end++;
    return line.substring(start, end);
  }

  public static void main(String[] words) throws IOException {
    RandomCutForest forest = RandomCutForest.builder().dimensions(2).numberOfTrees(100).sampleSize(256).timeDecay(1.0 / 100000)
        .randomSeed(1).parallelExecutionEnabled(false).build();
    try (BufferedReader input = Files.newBufferedReader(Path.of(words[0])); BufferedWriter output = Files.newBufferedWriter(Path.of(words[1]))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        long id = Long.parseLong(member(line, "EVENT_ID"));
        double[] point = {Double.parseDouble(member(line, "PULSE")), Double.parseDouble(member(line, "PRESSURE"))};
        output.write("{\"EVENT_ID\":" + id + ",\"ANOMALY_SCORE\":" + forest.getAnomalyScore(point) + "}\n");
        forest.update(point);
      }
    }
  }
}
