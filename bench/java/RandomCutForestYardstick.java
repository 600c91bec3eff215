// The random cut forest of the published library with the sizes of the SQL function: a score for every point, then the point is added.
// Words: shingle size, numeric columns with commas between, then input, output and seed of each run, every run with a forest of its own.
// The score is 0 while the samples fill, as the SQL function has it.
import com.amazon.randomcutforest.RandomCutForest;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

public final class RandomCutForestYardstick {
  private static final int SAMPLE_SIZE = 256;

  private static String member(String line, String name) {
    int start = line.indexOf("\"" + name + "\":");
    if (start < 0) throw new IllegalArgumentException(name + " is missing");
    start += name.length() + 3;
    int end = start;
    while (line.charAt(end) != ',' && line.charAt(end) != '}') end++;
    return line.substring(start, end);
  }

  private static RandomCutForest plant(long seed, int shingleSize, int columns) {
    return RandomCutForest.builder().dimensions(shingleSize * columns).shingleSize(shingleSize).internalShinglingEnabled(shingleSize > 1)
        .numberOfTrees(100).sampleSize(SAMPLE_SIZE).outputAfter(SAMPLE_SIZE).timeDecay(1.0 / 100000).randomSeed(seed)
        .parallelExecutionEnabled(false).build();
  }

  private static void score(RandomCutForest forest, String[] columns, Path from, Path to) throws IOException {
    double[] point = new double[columns.length];
    try (BufferedReader input = Files.newBufferedReader(from); BufferedWriter output = Files.newBufferedWriter(to)) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        long id = Long.parseLong(member(line, "EVENT_ID"));
        for (int column = 0; column < columns.length; column++) point[column] = Double.parseDouble(member(line, columns[column]));
        output.write("{\"EVENT_ID\":" + id + ",\"ANOMALY_SCORE\":" + forest.getAnomalyScore(point) + "}\n");
        forest.update(point);
      }
    }
  }

  public static void main(String[] words) throws IOException {
    String[] columns = words[1].split(",");
    for (int at = 2; at < words.length; at += 3) {
      RandomCutForest forest = plant(Long.parseLong(words[at + 2]), Integer.parseInt(words[0]), columns.length);
      score(forest, columns, Path.of(words[at]), Path.of(words[at + 1]));
    }
  }
}
