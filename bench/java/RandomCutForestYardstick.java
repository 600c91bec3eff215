// The random cut forest of the published library with the sizes of the SQL function: a score for every point, then the point is added.
// Words: input, output, seed, shingle size, numeric columns. The score is 0 while the samples fill, as the SQL function has it.
import com.amazon.randomcutforest.RandomCutForest;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

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

  public static void main(String[] words) throws IOException {
    String[] columns = Arrays.copyOfRange(words, 4, words.length);
    RandomCutForest forest = plant(Long.parseLong(words[2]), Integer.parseInt(words[3]), columns.length);
    double[] point = new double[columns.length];
    try (BufferedReader input = Files.newBufferedReader(Path.of(words[0])); BufferedWriter output = Files.newBufferedWriter(Path.of(words[1]))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        long id = Long.parseLong(member(line, "EVENT_ID"));
        for (int column = 0; column < columns.length; column++) point[column] = Double.parseDouble(member(line, columns[column]));
        output.write("{\"EVENT_ID\":" + id + ",\"ANOMALY_SCORE\":" + forest.getAnomalyScore(point) + "}\n");
        forest.update(point);
      }
    }
  }
}
