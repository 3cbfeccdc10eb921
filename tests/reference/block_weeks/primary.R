# The primary analysis over common weeks, from a clinic's three tables alone.
# Rscript primary.R FOLDER (or CLINIC=FOLDER in the environment) reads episodes.csv, goals.csv and
# reviews.csv there and writes
# FOLDER/reference.json. Needs clubSandwich and jsonlite.
library(clubSandwich)
library(jsonlite)

folder <- Sys.getenv("CLINIC")
if (folder == "") folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, name), na.strings = "", stringsAsFactors = FALSE)
episodes <- read("episodes.csv")
goals <- read("goals.csv")
reviews <- read("reviews.csv")
formats <- c("individual", "group", "combined")
goals$format <- episodes$format[match(goals$child_id, episodes$child_id)]
reviews$child_id <- goals$child_id[match(reviews$goal_id, goals$goal_id)]

# Common weeks: the last even week that half as large a share as elsewhere reaches.
after <- subset(reviews, week > 3)
last <- tapply(after$week, after$child_id, max)
attained <- !is.na(goals$closed_reason) & goals$closed_reason == "attained"
closing <- ifelse(attained & !is.na(goals$closed_week), goals$closed_week, Inf)
closed <- tapply(closing, goals$child_id, max)[names(last)]
own <- episodes$format[match(names(last), episodes$child_id)]
weeks <- seq(2, 24, by = 2)
share <- sapply(weeks, function(w) sapply(formats, function(f) {
  later <- last[own == f] >= w - 1
  sum(later) / sum(later | closed[own == f] >= w)
}))
most <- apply(share, 2, max)
kept <- sweep(share, 2, 0.5 * most, ">=") | matrix(most < 0.25, 3, length(weeks), byrow = TRUE)
reach <- apply(kept, 1, function(k) if (all(k)) 24 else weeks[which(!k)[1]] - 2)
horizon <- min(reach[reach >= 6])

# Levels of each goal: baseline, reviews up to the window's end and its grace, kept levels.
rate_of <- function(g) {
  seen <- subset(reviews, goal_id == g$goal_id & week <= horizon + 2)[, c("week", "attainment")]
  if (!any(seen$week <= 3) && !is.na(g$baseline_level)) {
    seen <- rbind(data.frame(week = 0, attainment = g$baseline_level), seen)
  }
  seen <- seen[order(seen$week), ]
  if (nrow(seen) == 0 || seen$week[1] > 3) return(c(NA, NA))
  if (!is.na(g$closed_reason) && g$closed_reason == "attained" && !is.na(g$closed_week)) {
    due <- seq(0, horizon, by = 6)
    due <- due[g$closed_week <= due & max(seen$week) < due - 2]
    seen <- rbind(seen, data.frame(week = due, attainment = rep(tail(seen$attainment, 1), length(due))))
  }
  if (nrow(seen) < 2 || diff(range(seen$week)) < 3) return(c(NA, NA))
  c(12 * unname(coef(lm(attainment ~ week, seen))[2]), seen$attainment[1])
}
found <- t(sapply(seq_len(nrow(goals)), function(i) rate_of(goals[i, ])))
goals$rate <- found[, 1]
goals$start <- found[, 2]
goals <- subset(goals, !is.na(rate))
goals$social <- as.numeric(!goals$domain %in% c("self_care", "motor", "sensory"))
mean_of <- function(values) tapply(values, goals$child_id, mean)
rates <- mean_of(goals$rate)
d <- episodes[match(names(rates), episodes$child_id), ]
d$rate <- as.numeric(rates)
d$social_share <- as.numeric(mean_of(goals$social))
d$baseline <- as.numeric(mean_of(goals$start))

# Places first and beside the budget, one column each; then traits in their order, as many as a
# fifth of the smallest format.
traits <- c("attention", "peer_comfort", "social_share", "severity", "age_years", "baseline",
  "motor_delay", "sensory_needs", "follows_instructions", "communication", "motivation", "energy")
places <- sort(unique(d$site[!is.na(d$site)]))
stopifnot(6 * length(places) <= sum(!is.na(d$site)))
beside <- character(0)
for (i in seq_along(places)[-1]) {
  d[[paste("site", i)]] <- as.numeric(d$site == places[i])
  beside <- c(beside, paste("site", i))
}
usable <- sapply(traits, function(name) {
  x <- d[[name]]
  mean(is.na(x)) <= 0.4 && length(unique(x[!is.na(x)])) > 1
})
columns <- c(beside, head(traits[usable], min(table(factor(d$format, formats))) %/% 5))

# A missing value is its least-squares prediction from the other traits and the format.
x <- as.matrix(d[, columns])
absent <- is.na(x)
given <- cbind(1, d$format == "group", d$format == "combined")
filled <- apply(x, 2, function(v) ifelse(is.na(v), mean(v, na.rm = TRUE), v))
for (round in 1:12) {
  before <- filled
  for (j in which(colSums(absent) > 0)) {
    others <- cbind(filled[, -j], given)
    fit <- lm.fit(others[!absent[, j], ], x[!absent[, j], j])
    filled[absent[, j], j] <- others[absent[, j], , drop = FALSE] %*% fit$coefficients
  }
  if (all(abs(filled - before) <= 1e-10 * apply(abs(filled), 2, max))) break
}
centred <- sweep(filled, 2, colMeans(filled))

# Ordinary least squares, CR2 by therapy group and by therapist who keeps to a format (a child
# treated alone by nobody of the kind is one of its own).
design <- cbind(sapply(formats, function(f) as.numeric(d$format == f)), centred)
colnames(design) <- c(formats, columns)
alone <- d$format == "individual" | is.na(d$group_id)
cluster <- ifelse(alone, paste("child", d$child_id), d$group_id)
work <- table(d$therapist_id, factor(d$format, formats))
clinic <- colSums(work)
far <- sapply(seq_along(formats), function(k) work[, k] > 0 &
  work[, k] * (sum(clinic) - clinic[k]) >= 4 * (rowSums(work) - work[, k]) * clinic[k])
keepers <- rownames(work)[apply(far, 1, any)]
for (keeper in keepers) {
  theirs <- cluster[which(d$therapist_id == keeper)]
  cluster[cluster %in% theirs] <- theirs[1]
}
fit <- lm(d$rate ~ 0 + design)
covariance <- vcovCR(fit, cluster = cluster, type = "CR2")
pairs <- list(c("group", "individual"), c("combined", "individual"), c("combined", "group"))
rows <- lapply(pairs, function(pair) {
  contrast <- as.numeric(colnames(design) == pair[1]) - as.numeric(colnames(design) == pair[2])
  answer <- linear_contrast(fit, vcov = covariance, contrasts = matrix(contrast, 1),
    level = 0.95, test = "Satterthwaite", p_values = TRUE)
  data.frame(this = pair[1], than = pair[2], estimate = answer$Est, std_error = answer$SE,
    df = answer$df, conf_low = answer$CI_L, conf_high = answer$CI_U, p_value = answer$p_val)
})
write(toJSON(list(
  r = R.version.string, clubSandwich = as.character(packageVersion("clubSandwich")),
  horizon = horizon, reach = as.list(reach), n_children = nrow(d), columns = columns, keepers = I(keepers),
  pairs = do.call(rbind, rows)
), auto_unbox = TRUE, digits = 15, pretty = TRUE), file.path(folder, "reference.json"))
