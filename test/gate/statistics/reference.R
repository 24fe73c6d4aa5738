# Values of another implementation: R's own tests, and for the stratified score interval a numerical solution where the
# project uses closed forms. Written with R 4.2.2:  Rscript test/gate/statistics/reference.R > test/gate/statistics/reference.json
options(digits = 15)
json <- function(x) {
  if (is.list(x)) {
    if (!is.null(names(x))) {
      paste0("{", paste0("\"", names(x), "\":", sapply(x, json), collapse = ","), "}")
    } else {
      paste0("[", paste0(sapply(x, json), collapse = ","), "]")
    }
  } else if (length(x) == 1) format(x, digits = 15) else paste0("[", paste0(format(x, digits = 15, trim = TRUE), collapse = ","), "]")
}
wilson <- function(x, n, level) as.numeric(suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int)
newcombe <- function(x1, n1, x0, n0, level) {
  a <- wilson(x1, n1, level); b <- wilson(x0, n0, level); p1 <- x1 / n1; p0 <- x0 / n0; d <- p1 - p0
  c(d - sqrt((p1 - a[1])^2 + (b[2] - p0)^2), d + sqrt((a[2] - p1)^2 + (p0 - b[1])^2))
}
# Stratified Miettinen-Nurminen with the constrained likelihood maximised numerically.
score <- function(s, delta) {
  w <- s$n1 * s$n0 / (s$n1 + s$n0); w <- w / sum(w)
  v <- mapply(function(x1, n1, x0, n0) {
    loglik <- function(p0) {
      term <- function(x, n, p) (if (x > 0) x * log(p) else 0) + (if (n > x) (n - x) * log(1 - p) else 0)
      term(x1, n1, p0 + delta) + term(x0, n0, p0)
    }
    low <- max(0, -delta); high <- min(1, 1 - delta)
    p0 <- optimize(loglik, c(low, high), maximum = TRUE, tol = 1e-12)$maximum
    p1 <- p0 + delta
    (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * (n1 + n0) / (n1 + n0 - 1)
  }, s$x1, s$n1, s$x0, s$n0)
  (sum(w * (s$x1 / s$n1 - s$x0 / s$n0)) - delta) / sqrt(sum(w^2 * v))
}
stratified <- function(s, z) {
  w <- s$n1 * s$n0 / (s$n1 + s$n0); w <- w / sum(w); d <- sum(w * (s$x1 / s$n1 - s$x0 / s$n0))
  c(uniroot(function(delta) score(s, delta) - z, c(-1 + 1e-9, d - 1e-9), tol = 1e-10)$root,
    uniroot(function(delta) score(s, delta) + z, c(d + 1e-9, 1 - 1e-9), tol = 1e-10)$root)
}
times <- list(
  list(baseline = c(3.1, 2.9, 3.4, 3.0, 2.7, 3.3, 3.6, 2.8), candidate = c(3.9, 4.4, 3.5, 5.1, 4.0, 3.2, 4.8)),
  list(baseline = c(3, 3, 4, 5, 5, 1e9, 3, 4), candidate = c(4, 5, 5, 1e9, 1e9, 6, 3, 4, 5)),
  list(baseline = c(10, 11, 12, 13), candidate = c(9, 10, 10, 11, 12))
)
cat(json(list(
  quantiles = list(level = c(0.025, 0.008, 0.0006, 1e-6), z = qnorm(c(0.025, 0.008, 0.0006, 1e-6), lower.tail = FALSE)),
  tails = list(z = c(0, 1, 3, 6, 12, 20), p = pnorm(c(0, 1, 3, 6, 12, 20), lower.tail = FALSE)),
  wilson = lapply(list(c(81, 263, .95), c(15, 148, .95), c(0, 20, .95), c(1, 29, .95), c(20, 20, .99)), function(a)
    list(failures = a[1], attempts = a[2], z = qnorm(1 - (1 - a[3]) / 2), interval = wilson(a[1], a[2], a[3]))),
  newcombe = lapply(list(c(3, 40, 1, 40, .95), c(80, 160, 3, 160, .998), c(0, 10, 0, 10, .984), c(7, 7, 0, 12, .99)), function(a)
    list(candidate = a[1:2], baseline = a[3:4], z = qnorm(1 - (1 - a[5]) / 2), interval = newcombe(a[1], a[2], a[3], a[4], a[5]))),
  holm = list(p = c(0.01, 0.04, 0.03, 0.005, 0.5), adjusted = p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "holm")),
  times = lapply(times, function(t) {
    w <- wilcox.test(t$candidate, t$baseline, alternative = "greater", exact = FALSE, correct = TRUE)
    ratios <- sort(outer(t$candidate, t$baseline, "/"))
    list(baseline = t$baseline, candidate = t$candidate, statistic = as.numeric(w$statistic), pValue = w$p.value,
         logMedian = median(as.numeric(outer(log(t$candidate), log(t$baseline), "-"))), ratios = ratios)
  }),
  stratified = lapply(list(
    list(x1 = c(3, 1, 5), n1 = c(10, 12, 9), x0 = c(1, 0, 4), n0 = c(10, 11, 12), z = 1.96),
    list(x1 = c(0, 0, 0), n1 = c(10, 10, 10), x0 = c(0, 0, 0), n0 = c(10, 10, 10), z = 2.4),
    list(x1 = c(20, 1, 6), n1 = c(20, 20, 20), x0 = c(20, 0, 1), n0 = c(20, 20, 20), z = 2.4),
    list(x1 = c(12, 19, 5), n1 = c(16, 29, 56), x0 = c(1, 22, 0), n0 = c(16, 30, 29), z = 1.96)
  ), function(s) c(s, list(interval = stratified(s, s$z))))
)))
cat("\n")
