// Draws every canvas[data-chart] from the JSON it names. Loaded only where there is one.
import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** Chart.js does not know oklch(): the browser paints one pixel and tells its colour. */
function rgb(name, alpha = 1) {
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  pixel.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${alpha})`;
}

const numbers = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en" : "ru");

function draw(canvas) {
  canvas.dataset.drawn = "1";
  const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  const text = rgb("--color-base-content", 0.68);
  const line = rgb("--color-base-300");
  const series = (values, label, alpha) => ({
    data: values, label, backgroundColor: rgb("--color-primary", alpha), stack: "s", borderRadius: 2,
  });
  new Chart(canvas, {
    type: "bar",
    data: {
      labels: data.labels,
      datasets: data.series.map((one, index) => series(one.values, one.label, index ? 0.32 : 1)),
    },
    options: {
      maintainAspectRatio: false,
      barPercentage: 0.78,
      categoryPercentage: 1,
      interaction: { mode: "index", intersect: false },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: { label: (item) => `${item.dataset.label}: ${numbers.format(item.raw)}${data.unit && `\u00a0${data.unit}`}` },
        },
      },
      scales: {
        x: {
          stacked: true, grid: { display: false }, border: { color: line },
          ticks: {
            color: text, maxRotation: 0, autoSkip: false, align: "inner",
            callback: (value, index) => (data.ticks.includes(index) ? data.labels[index] : ""),
          },
        },
        y: {
          stacked: true, border: { display: false }, grid: { color: line },
          ticks: { color: text, maxTicksLimit: 5, precision: 0, callback: (value) => numbers.format(value) },
        },
      },
    },
  });
}

window.birgeCharts = () =>
  document.fonts.ready.then(() => {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12;
    Chart.defaults.animation = false;
    document.querySelectorAll("canvas[data-chart]:not([data-drawn])").forEach(draw);
  });
window.birgeCharts();
